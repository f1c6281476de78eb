"""The other side of each comparison: one program a kind of peer, asked line by line as ours is."""
