"""综合治税: comparing registers with the tax office's, and following what was found down to the money."""
