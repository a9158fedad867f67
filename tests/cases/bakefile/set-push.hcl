target "default" {
  output = ["type=image,name=a"]
}
target "none" {}
