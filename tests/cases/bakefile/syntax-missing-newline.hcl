target "default" {
  tags = ["a"] context = "."
}
