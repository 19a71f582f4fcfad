"""Words as data: headings, column names, status and priority words, owner and due phrases, per language."""
