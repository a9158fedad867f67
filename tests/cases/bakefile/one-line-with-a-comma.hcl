target "a" { tags = ["x"], args = { A = "1" } }
