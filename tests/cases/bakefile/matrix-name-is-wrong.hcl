target "a" {
  name = "a.${x}"
  matrix = { x = ["1", "2"] }
}
