target "default" {
  args = {
    E00 = "${jsonencode(md5("a"))}"
    E01 = "${jsonencode(sha1("a"))}"
    E02 = "${jsonencode(sha256("a"))}"
    E03 = "${jsonencode(sha512("a"))}"
    E04 = "${jsonencode(base64encode("hello"))}"
    E05 = "${jsonencode(base64decode("aGVsbG8="))}"
    E06 = "${jsonencode(urlencode("a b&c/d"))}"
    E07 = "${jsonencode(jsonencode({ a = [1, true, null, "x"], b = {} }))}"
    E08 = "${jsonencode(jsondecode("{\"a\":[1,2.5,null]}"))}"
    E09 = "${jsonencode(format("%s-%d-%v-%q", "a", 3, true, "x"))}"
    E10 = "${jsonencode(format("%05d|%-4s|%4s|%.2f|%%|%x", 42, "a", "b", 1.5, 255))}"
    E11 = "${jsonencode(formatlist("%s:%s", ["a", "b"], "c"))}"
  }
}
