target "default" {
  args = {
    E00 = "${jsonencode(upper("aé"))}"
    E01 = "${jsonencode(lower("ABC"))}"
    E02 = "${jsonencode(title("hello world-x"))}"
    E03 = "${jsonencode(trim("--a--", "-"))}"
    E04 = "${jsonencode(trimspace("  a\n"))}"
    E05 = "${jsonencode(trimprefix("v1.2", "v"))}"
    E06 = "${jsonencode(trimsuffix("a.git", ".git"))}"
    E07 = "${jsonencode(replace("a.b.c", ".", "-"))}"
    E08 = "${jsonencode(chomp("a\n\n"))}"
    E09 = "${jsonencode(reverse("abc"))}"
    E10 = "${jsonencode(strlen("häß"))}"
    E11 = "${jsonencode(substr("hello", 1, 3))}"
    E12 = "${jsonencode(substr("hello", -3, -1))}"
    E13 = "${jsonencode(indent(2, "a\nb"))}"
    E14 = "${jsonencode(sanitize("a.b/c:d"))}"
    E15 = "${jsonencode(basename("/a/b.c"))}"
    E16 = "${jsonencode(dirname("/a/b.c"))}"
    E17 = "${jsonencode(split(",", "a,b,,c"))}"
    E18 = "${jsonencode(join("-", ["a", "b"], ["c"]))}"
  }
}
