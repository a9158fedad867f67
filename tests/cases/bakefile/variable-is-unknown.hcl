target "default" {
  tags = ["a:${NOPE}"]
}
