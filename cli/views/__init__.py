"""Views: data of the API as tables, trees and charts."""
