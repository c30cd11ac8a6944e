
;sub {
  # The driver of calls for Perl, put at the end of a program's main file. What call.py says holds here, too; only that
  # the program's own top level has run before, that objects are references to hashes, and lists to arrays. The function
  # is called for one value.
  require JSON::PP;
  open(my $answer, ">&=", 3) or die "no descriptor for the answer: $!";
  my $coder = JSON::PP->new->utf8->allow_nonref->max_depth(1 << 16);
  my $request = do { local $/; $coder->decode(scalar <STDIN>) };
  my ($first, $method) = split /\./, $request->{function};
  my $where = $method ? $first : "main";
  my $found = $where->can($method // $first) or die "there is no function $request->{function} in the program\n";
  my @arguments = @{ $request->{arguments} };
  unshift @arguments, $first->can("new") ? $first->new : bless {}, $first if $method;
  my $value = $found->(@arguments);
  print $answer $coder->encode($value) or die;
  close $answer or die "the answer is not taken: $!";
}->();
