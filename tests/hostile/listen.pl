#!/usr/bin/perl
# listen.pl PATH NAME FILE: listens at a socket's path and at an abstract name; who connects is
# written to the file, which is made when both listen.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;

my ($path, $name, $file) = @ARGV;
my %sockets = ($path => IO::Socket::UNIX->new(Local => $path, Listen => 5),
               $name => IO::Socket::UNIX->new(Local => "\0$name", Listen => 5));
open my $out, '>>', $file or die "$file: $!";
$out->autoflush(1);
my $select = IO::Select->new(values %sockets);
while (my @ready = $select->can_read) {
    for my $socket (@ready) {
        $socket->accept;
        my ($which) = grep { $sockets{$_} == $socket } keys %sockets;
        print $out "$which\n";
    }
}
