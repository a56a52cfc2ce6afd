"""Fourier space: filters, shells, reference curves and the Fourier shell correlation."""
