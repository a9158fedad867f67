target "default" {
  tags = ["a"]
  nonsense = 1
}
