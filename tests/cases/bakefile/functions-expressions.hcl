target "default" {
  args = {
    E00 = "${jsonencode(true ? "a" : "b")}"
    E01 = "${jsonencode([for s in ["a", "b"] : upper(s)])}"
    E02 = "${jsonencode([for i, s in ["a", "b"] : "${i}${s}"])}"
    E03 = "${jsonencode({ for k, v in { a = 1, b = 2 } : v => k })}"
    E04 = "${jsonencode({ for s in ["aa", "ab", "b"] : substr(s, 0, 1) => s... })}"
    E05 = "${jsonencode([for s in ["a", "b", "c"] : s if s != "b"])}"
    E06 = "${jsonencode([{ a = 1 }, { a = 2 }][*].a)}"
    E07 = "${jsonencode([{ a = [1] }].*.a)}"
    E08 = "${jsonencode({ a = { b = ["x"] } }.a.b[0])}"
    E09 = "${jsonencode(max([1, 4, 2]...))}"
    E10 = "${jsonencode((1 + 2) * 3)}"
    E11 = "${jsonencode(1 + 2 * 3)}"
    E12 = "${jsonencode({ "a b" = 1, (upper("x")) = 2 })}"
    E13 = "${jsonencode(null)}"
    E14 = "${jsonencode([1, 2,])}"
  }
}
