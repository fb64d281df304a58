"""What the shop promises, as sentences that can be checked; the folders mirror `app`."""
