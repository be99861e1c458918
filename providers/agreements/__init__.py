"""The agreement that an applicant signs (R-P4): its words, its pages, its signature fields, the portal's own seal."""
