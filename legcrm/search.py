def palette(request, search_term):
    return []
