require('@azure/functions')
