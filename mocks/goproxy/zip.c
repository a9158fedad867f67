/* Writes a zip of one stored file. */
#include "mocks/goproxy/zip.h"

#include <stdint.h>
#include <string.h>

static void add_16(GByteArray *zip, uint16_t value)
{
    const guint8 bytes[2] = {(guint8)(value & 0xff), (guint8)(value >> 8)};
    g_byte_array_append(zip, bytes, sizeof(bytes));
}

static void add_32(GByteArray *zip, uint32_t value)
{
    add_16(zip, (uint16_t)(value & 0xffff));
    add_16(zip, (uint16_t)(value >> 16));
}

static void add_text(GByteArray *zip, const char *text)
{
    g_byte_array_append(zip, (const guint8 *)text, (guint)strlen(text));
}

/* CRC-32 of ISO 3309, bit by bit: the texts are short. */
static uint32_t checksum(const char *text)
{
    uint32_t crc = UINT32_MAX;
    for (; *text != '\0'; text++) {
        crc ^= (guint8)*text;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* What local header and directory entry share; 1980-01-01, nothing packed. */
static void add_facts(GByteArray *zip, const char *name, const char *text)
{
    add_16(zip, 20);           /* version needed */
    add_16(zip, 0);            /* flags */
    add_16(zip, 0);            /* stored */
    add_16(zip, 0);            /* time */
    add_16(zip, (1 << 5) | 1); /* date */
    add_32(zip, checksum(text));
    add_32(zip, (uint32_t)strlen(text));
    add_32(zip, (uint32_t)strlen(text));
    add_16(zip, (uint16_t)strlen(name));
    add_16(zip, 0); /* extra */
}

GBytes *zip_of_file(const char *name, const char *text)
{
    GByteArray *zip = g_byte_array_new();
    add_32(zip, UINT32_C(0x04034b50));
    add_facts(zip, name, text);
    add_text(zip, name);
    add_text(zip, text);
    uint32_t directory = zip->len;
    add_32(zip, UINT32_C(0x02014b50));
    add_16(zip, 20); /* made by */
    add_facts(zip, name, text);
    add_16(zip, 0); /* comment */
    add_16(zip, 0); /* disk */
    add_16(zip, 0); /* internal attributes */
    add_32(zip, 0); /* external attributes */
    add_32(zip, 0); /* where the local header is */
    add_text(zip, name);
    uint32_t length = zip->len - directory;
    add_32(zip, UINT32_C(0x06054b50));
    add_16(zip, 0);
    add_16(zip, 0);
    add_16(zip, 1);
    add_16(zip, 1);
    add_32(zip, length);
    add_32(zip, directory);
    add_16(zip, 0);
    return g_byte_array_free_to_bytes(zip);
}
