target "default" {
  tags = [upper(["a"])]
}
