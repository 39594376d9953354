def start_page(request, context):
    return context
