//! What a product belongs to: categories in their tree, a brand, a store.

use super::Catalog;
use super::read::NONE16;
use crate::id::{Key, Row};
use alloc::vec;
use alloc::vec::Vec;

impl Catalog {
    /// The product's category.
    pub fn category(&self, row: Row) -> Option<u32> {
        if row.index() >= self.products {
            return self.described(row)?.category;
        }
        Some(self.category_of.get(&self.pack, row.index())).filter(|c| *c != NONE16)
    }

    /// A category and its ancestors, leaf first.
    pub fn category_chain(&self, category: u32) -> impl Iterator<Item = u32> {
        core::iter::successors(Some(category), |c| self.parent_of(*c))
    }

    /// The category that one lies in; `None` at the top.
    pub fn parent_of(&self, category: u32) -> Option<u32> {
        Some(self.category_parent.get(&self.pack, category as usize)).filter(|c| *c != NONE16)
    }

    /// Number of categories.
    pub fn category_count(&self) -> usize {
        self.category_path.len()
    }

    /// A category's path in the pack's first language: its identity.
    pub fn category_path(&self, category: u32) -> &str {
        self.category_path.get(&self.pack, category as usize)
    }

    /// A category's path in the view's language.
    pub fn category_label(&self, category: u32) -> &str {
        let label = self.view.category_label.get(&self.pack, category as usize);
        if label.is_empty() { self.category_path(category) } else { label }
    }

    /// A category's stable key.
    pub fn category_key(&self, category: u32) -> Key {
        self.category_key[category as usize]
    }

    /// The category with this path.
    pub fn category_named(&self, path: &str) -> Option<u32> {
        let n = self.category_path.len() as u32;
        (0..n).find(|c| self.category_path(*c) == path)
    }

    /// The category with this key.
    pub fn category_of_key(&self, key: Key) -> Option<u32> {
        self.category_index.place(&self.category_key, key)
    }

    /// The product's brand.
    pub fn brand(&self, row: Row) -> Option<u32> {
        if row.index() >= self.products {
            return self.described(row)?.brand;
        }
        Some(self.brand_of.get(&self.pack, row.index())).filter(|b| *b != NONE16)
    }

    /// Number of brands.
    pub fn brand_count(&self) -> usize {
        self.brand.len()
    }

    /// A brand's name.
    pub fn brand_name(&self, brand: u32) -> &str {
        self.brand.get(&self.pack, brand as usize)
    }

    /// The brand of this name.
    #[cfg(feature = "cli")]
    pub fn brand_named(&self, name: &str) -> Option<u32> {
        (0..self.brand.len() as u32).find(|b| self.brand_name(*b) == name)
    }

    /// A brand's stable key.
    pub fn brand_key(&self, brand: u32) -> Key {
        self.brand_key[brand as usize]
    }

    /// The brand with this key.
    pub fn brand_of_key(&self, key: Key) -> Option<u32> {
        self.brand_index.place(&self.brand_key, key)
    }

    /// The tag with this key.
    pub fn tag_of_key(&self, key: Key) -> Option<&str> {
        self.tag_key.iter().position(|k| *k == key).map(|i| self.tag.get(&self.pack, i))
    }

    /// The store that sells the product: another shop on a marketplace. `None` for the shop itself, and in a pack that does not say.
    pub fn store(&self, row: Row) -> Option<u32> {
        self.store_of.get(&self.pack, row.index()).checked_sub(1)
    }

    /// A store's name, as carts and offers have it.
    pub fn store_name(&self, store: u32) -> &str {
        self.store.get(&self.pack, store as usize)
    }

    /// Number of products in each category, those below it included.
    pub fn category_sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0; self.category_count()];
        for i in 0..self.products as u32 {
            for c in self.category(Row(i)).into_iter().flat_map(|c| self.category_chain(c)) {
                sizes[c as usize] += 1;
            }
        }
        sizes
    }

    /// True when the product lies in `category` or below it.
    pub fn is_in(&self, row: Row, category: u32) -> bool {
        self.category(row).is_some_and(|c| self.category_chain(c).any(|c| c == category))
    }
}
