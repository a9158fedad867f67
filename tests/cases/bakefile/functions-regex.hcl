target "default" {
  args = {
    E00 = "${jsonencode(regex("[0-9]+", "ab12cd"))}"
    E01 = "${jsonencode(regex("^v?([0-9]+)\\.([0-9]+)", "v1.22"))}"
    E02 = "${jsonencode(regexall("[a-z]", "a1b2"))}"
    E03 = "${jsonencode(regex_replace("v1.2.3", "^v([0-9]+)\\..*$", "$1"))}"
    E04 = "${jsonencode(regex_replace("refs/heads/a b", "[^a-z]+", "-"))}"
    E05 = "${jsonencode(can(regex("x", "abc")))}"
  }
}
