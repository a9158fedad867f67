group "default" { targets = ["web", "api"] }
target "web" {
  tags = ["web"]
  args = { A = "1" }
  output = ["type=registry"]
}
target "api" {
  inherits = ["web"]
  tags = ["api"]
}
