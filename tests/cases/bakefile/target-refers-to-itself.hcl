target "default" {
  tags = [target.default.context]
  context = "x"
  dockerfile = target.default.tags[0]
}
