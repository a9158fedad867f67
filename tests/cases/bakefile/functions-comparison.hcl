target "default" {
  args = {
    E00 = "${jsonencode(equal(1, 1))}"
    E01 = "${jsonencode(equal("1", 1))}"
    E02 = "${jsonencode(notequal("a", "b"))}"
    E03 = "${jsonencode(greaterthan(2, 1))}"
    E04 = "${jsonencode(lessthan(2, 1))}"
    E05 = "${jsonencode(greaterthanorequalto(2, 2))}"
    E06 = "${jsonencode(lessthanorequalto(3, 2))}"
    E07 = "${jsonencode(and(true, false))}"
    E08 = "${jsonencode(or(true, false))}"
    E09 = "${jsonencode(not(false))}"
    E10 = "${jsonencode(1 == 1 && 2 != 3 || false)}"
    E11 = "${jsonencode(!true)}"
    E12 = "${jsonencode(1 < 2)}"
    E13 = "${jsonencode("a" == "a")}"
    E14 = "${jsonencode([1] == [1])}"
  }
}
