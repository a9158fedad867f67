group "default" {
  targets = ["a"]
}
group "a" {
  targets = ["default", "t"]
}
target "t" {}
