target "default" {
  args = {
    E00 = "${jsonencode(add(1, 2))}"
    E01 = "${jsonencode(subtract(1, 2.5))}"
    E02 = "${jsonencode(multiply(3, "4"))}"
    E03 = "${jsonencode(divide(10, 4))}"
    E04 = "${jsonencode(modulo(10, 3))}"
    E05 = "${jsonencode(max(1, 5, 3))}"
    E06 = "${jsonencode(min(4, 2))}"
    E07 = "${jsonencode(absolute(-3))}"
    E08 = "${jsonencode(ceil(1.2))}"
    E09 = "${jsonencode(floor(1.8))}"
    E10 = "${jsonencode(int(-1.5))}"
    E11 = "${jsonencode(signum(-4))}"
    E12 = "${jsonencode(negate(3))}"
    E13 = "${jsonencode(parseint("ff", 16))}"
    E14 = "${jsonencode(pow(2, 10))}"
    E15 = "${jsonencode(0.5 + 0.25)}"
    E16 = "${jsonencode(10 / 4)}"
    E17 = "${jsonencode(-7 % 3)}"
  }
}
