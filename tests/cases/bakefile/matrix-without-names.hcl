target "a" {
  matrix = { x = ["1", "2"] }
}
