target "default" {
  args = {
    E00 = "${jsonencode(keys({ b = 1, a = 2 }))}"
    E01 = "${jsonencode(values({ b = 1, a = 2 }))}"
    E02 = "${jsonencode(lookup({ a = "x" }, "a", "d"))}"
    E03 = "${jsonencode(lookup({ a = "x" }, "z", "d"))}"
    E04 = "${jsonencode(merge({ a = 1, b = 2 }, { b = 3 }))}"
    E05 = "${jsonencode(zipmap(["a", "b"], [1, 2]))}"
    E06 = "${jsonencode(length(convert({ a = 1 }, map(number))))}"
  }
}
