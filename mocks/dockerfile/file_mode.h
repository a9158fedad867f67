/* What --chmod makes of a file's permission bits. */
#pragma once

/* change: octal digits or symbols ("u=rwX,go=rX", "+x"), as a plan has checked them; without
   letters of whom a clause is for all. mode: of a file, not of a folder. */
unsigned file_mode_change(const char *change, unsigned mode);
