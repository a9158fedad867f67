variable "TAG" {
  default = "v1.22.3-rc.1"
}
target "default" {
  args = {
    E00 = "${jsonencode(regex("^v(?P<major>[0-9]+)\\.(?P<minor>[0-9]+)", TAG))}"
    E01 = "${regex("^v(?P<major>[0-9]+)\\.(?<minor>[0-9]+)", TAG).minor}"
    E02 = "${jsonencode(regex("(?P<z>x)?(?P<a>1)", TAG))}"
    E03 = "${jsonencode(regexall("(?P<name>[a-z]+)=(?P<value>[0-9]+)", "a=1,bc=22"))}"
    E04 = "${jsonencode(regexall("(?P<name>q)", "a"))}"
    E05 = "${[for m in regexall("(?P<n>[0-9]+)", TAG) : m.n][1]}"
    E06 = "${regex_replace(TAG, "(?P<major>[0-9]+)\\.(?P<minor>[0-9]+)", "$minor-$${major}")}"
    E07 = "${regex_replace("abc", "(b)", "[$1x][$${1}x][$$$$][$9][$none][$")}"
    E08 = "${regex_replace("baac", "a*", "x")}"
    E09 = "${jsonencode(regexall("a*", "baac"))}"
    E10 = "${jsonencode(regex("[(](?:a|b)[)](\\()", "(a)(("))}"
    E11 = "${jsonencode(regex("(a)(q)?", "abc"))}"
    E12 = "${jsonencode(regex("(?i)(?P<word>ABC)", "xabc"))}"
    E13 = "${jsonencode(can(regex("(?P<a>a)(b)", "ab")))}"
    E14 = "${regex_replace("2024-05", "(\\d+)-(\\d+)", "$2/$1")}"
  }
}
