target "default" {
  tags = ["x" ? "a" : "b"]
}
