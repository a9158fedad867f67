target "default" {
  tags = [["a"]]
}
