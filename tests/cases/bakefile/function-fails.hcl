target "default" {
  tags = [element([], 1)]
}
