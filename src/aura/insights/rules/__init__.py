"""One insight a file. Rules are independent of each other; what they share is one level up."""
