target "a" {
  name = "b"
  matrix = ["x"]
}
