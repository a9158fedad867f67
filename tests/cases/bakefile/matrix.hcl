target "app" {
  name = "app-${tgt}"
  matrix = {
    tgt = ["dev", "prod"]
  }
  target = tgt
  tags = ["app:${tgt}"]
}
group "default" { targets = ["app"] }
