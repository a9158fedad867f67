target "default" {
  tags = null
  args = { A = null, B = "b" }
  target = null
  platforms = null
}
