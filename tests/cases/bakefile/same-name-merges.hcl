target "default" {
  tags = ["a"]
  args = { A = "1", B = "1" }
}
target "default" {
  args = { B = "2" }
  target = "t"
}
group "g" { targets = ["a"] }
group "g" { targets = ["default"] }
