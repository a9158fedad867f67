target "default" {
  tags = [["a"][2]]
}
