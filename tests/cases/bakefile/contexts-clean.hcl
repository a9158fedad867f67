target "a" { context = "./x/../y/" }
target "b" { context = "https://github.com/a/b.git#main" }
target "c" { context = "cwd://z/" }
