target "b" {
  platforms = ["p1", "p2"]
}
target "a" {
  name = "a-${x}"
  matrix = { x = target.b.platforms }
}
