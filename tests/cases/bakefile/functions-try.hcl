target "default" {
  args = {
    E00 = "${jsonencode(try(nothing.here, "fallback"))}"
    E01 = "${jsonencode(can(1 + "x"))}"
    E02 = "${jsonencode(can(1))}"
    E03 = "${jsonencode(convert("3", number))}"
    E04 = "${jsonencode(convert(["a", "a"], set(string)))}"
  }
}
