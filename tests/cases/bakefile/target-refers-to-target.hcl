target "base" {
  tags = ["a:1", "a:2"]
  args = { V = "1" }
  platforms = ["linux/amd64"]
}
target "default" {
  tags = [for t in target.base.tags : "${t}-slim"]
  args = { V = "${target.base.args.V}.0", F = target.base.tags[0] }
  platforms = target.base.platforms
}
