target "a" {
  inherits = ["b"]
  tags = ["a"]
}
target "b" {
  inherits = ["a"]
  args = { B = "1" }
}
