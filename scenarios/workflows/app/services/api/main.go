package main

import "google.golang.org/protobuf/proto"

func main() {
	println("api", proto.Size(nil))
}
