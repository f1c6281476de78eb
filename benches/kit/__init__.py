"""What all comparisons share: contestants in processes of their own, rounds in turns, fixtures, a server, results, plots."""
