target "default" {
  tags = [{ a = "b" }.c]
}
