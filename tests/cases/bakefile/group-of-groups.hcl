group "default" {
  targets = ["images", "extra"]
}
group "images" {
  description = "all <images>"
  targets = ["web", "api"]
}
target "web" {}
target "api" { dockerfile = "api/../api.Dockerfile" }
target "extra" { context = "./extra/" }
