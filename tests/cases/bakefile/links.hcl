target "base" {
  platforms = ["linux/amd64", "linux/arm64"]
  entitlements = ["network.host"]
}
target "app" {
  contexts = { base = "target:base" }
  platforms = ["linux/amd64"]
}
